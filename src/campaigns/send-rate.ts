const WINDOW_MS = 10_000;

interface Sample {
  sent: number;
  at: number;
}

/** Messages per second over a sliding window of ten seconds, from readings of a rising counter. */
export class SendRate {
  private samples: Sample[] = [];

  /** @returns the rate with one decimal; 0 before the second reading */
  observe(sent: number, at: number): number {
    this.samples = this.samples.filter((sample) => sample.at >= at - WINDOW_MS && sample.sent <= sent);
    this.samples.push({ sent, at });
    const [first] = this.samples;
    if (!first || at <= first.at) return 0;
    return Math.round(((sent - first.sent) / (at - first.at)) * 10_000) / 10;
  }
}
