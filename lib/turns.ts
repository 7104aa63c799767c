/**
 * Bounds how much is done at once, and so sockets and memory, and lets nobody wait for what hangs: whatever takes
 * longer than a healthy server does goes on, and no longer counts.
 */
import pLimit from 'p-limit';

/** Does the work when its turn has come, and gives what comes of it. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** @param patienceMs how long a work counts, in real time */
export function inTurns(atOnce: number, patienceMs: number): Turns {
  const limit = pLimit(atOnce);
  return (work) =>
    new Promise((resolve, reject) => {
      void limit(() => {
        const going = work();
        going.then(resolve, reject);
        return endOf(going, patienceMs);
      });
    });
}

/** Resolves when it has ended, well or not, or after so long. */
function endOf(going: Promise<unknown>, patienceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patienceMs);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    going.then(end, end);
  });
}
