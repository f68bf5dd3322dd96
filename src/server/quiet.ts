/** Milliseconds between two looks. */
const lookEvery = 50;
/** Looks before the first chance, and after which it is done whatever else there is to do. */
const [earliest, latest] = [5, 200];

/** Whether it is time for what can wait until a moment after the start, and then until nothing else keeps the process busy. */
export class QuietMoment {
  private looks = 0;

  /** @param busy the part of the time since the last look in which the process was busy, in cores */
  isNow(busy: number): boolean {
    this.looks++;
    return this.looks >= earliest && (busy < 0.5 || this.looks >= latest);
  }
}

/** Acts in the first quiet moment. @returns what calls it off */
export function whenQuiet(act: () => void): () => void {
  const moment = new QuietMoment();
  let before = process.cpuUsage();
  let time = performance.now();
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    const isNow = moment.isNow((user + system) / 1000 / (performance.now() - time));
    before = process.cpuUsage();
    time = performance.now();
    if (isNow) {
      clearInterval(timer);
      act();
    }
  }, lookEvery);
  return () => clearInterval(timer);
}
