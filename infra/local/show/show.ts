/**
 * How a run is shown: live, in plain lines, or as the raw events. A show is told what happens, and never asked.
 */
import type { Said } from './said.ts';

export interface Show {
  begin(): void;
  scanBegins(minute: number): void;
  /** @param line as the function wrote it */
  said(event: Said, line: string): void;
  scanEnds(minute: number): void;
  /** The handler has rejected. */
  rejected(at: number, message: string): void;
  /** The run will end as soon as the scan that is under way has. */
  ending(): void;
  end(summary: readonly string[]): void;
}
