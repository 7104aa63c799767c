/** The page's colours, as a canvas wants them: its style sheet names them once, for light and for dark pages. */
import type { Series, Tone } from '../report.ts';

export interface Colours {
  readonly ink: string;
  readonly grid: string;
  readonly tones: Readonly<Record<Tone, string>>;
  readonly looks: Readonly<Record<Series['look'], string>>;
}

export function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour('soft'),
    grid: colour('grid'),
    tones: {
      good: colour('good'),
      caution: colour('caution'),
      bad: colour('bad'),
      neutral: colour('neutral'),
    },
    looks: {
      main: colour('main'),
      second: colour('second'),
      third: colour('third'),
      faint: colour('faint'),
    },
  };
}
