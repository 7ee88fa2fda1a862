// The part of a trace's time that the timeline shows, in microseconds since the trace's start.

export class View {
  #listeners = [];

  constructor(whole) {
    // A trace that takes no time is shown as if it took one microsecond.
    this.whole = Math.max(whole, 1);
    this.from = 0;
    this.to = this.whole;
  }

  onChange(listener) {
    this.#listeners.push(listener);
  }

  get isZoomed() {
    return this.to - this.from < this.whole;
  }

  /** Where that time is: 0 at the left edge, 1 at the right one. */
  place(us) {
    return (us - this.from) / (this.to - this.from);
  }

  /** The time at that place. */
  timeAt(place) {
    return this.from + place * (this.to - this.from);
  }

  show(from, to) {
    const length = Math.min(Math.max(to - from, 1), this.whole);
    const start = Math.min(Math.max(from, 0), this.whole - length);
    this.from = start;
    this.to = start + length;
    for (const listener of this.#listeners) listener();
  }

  reset() {
    this.show(0, this.whole);
  }

  /** Shows `factor` times as much; the time at `around` stays where it is. */
  zoom(factor, around = 0.5) {
    const length = Math.min(Math.max((this.to - this.from) * factor, 1), this.whole);
    const from = this.timeAt(around) - around * length;
    this.show(from, from + length);
  }

  /** Moves by a share of what is shown. */
  pan(share) {
    const step = share * (this.to - this.from);
    this.show(this.from + step, this.to + step);
  }
}

/** Round times within the view, at most `most` of them. */
export function ticks(view, most) {
  const rough = (view.to - view.from) / most;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * size).find((candidate) => candidate >= rough);
  const first = Math.ceil(view.from / step);
  const last = Math.floor(view.to / step);
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
}
