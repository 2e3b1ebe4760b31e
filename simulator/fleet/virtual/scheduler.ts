/**
 * Virtual time: it moves from event to event, as fast as the machine can work them off. One event at a time, in the order of
 * their times and, where these are equal, in the order in which they were asked for. An event is over when the promise of its
 * action is settled, so nothing depends on how fast anything runs.
 */
import type { Scheduler, Timer } from "../scheduler.ts"
import { Heap } from "./heap.ts"

interface Event {
  time: number
  order: number
  /** absent: cancelled */
  action: (() => void | Promise<void>) | undefined
}

export class VirtualScheduler implements Scheduler {
  readonly #events = new Heap<Event>((a, b) => a.time < b.time || (a.time === b.time && a.order < b.order))
  #now = 0
  #order = 0
  /** events worked off */
  count = 0

  now(): number {
    return this.#now
  }

  at(time: number, action: () => void | Promise<void>): Timer {
    const event: Event = { time: Math.max(Math.ceil(time), this.#now), order: this.#order++, action }
    this.#events.push(event)
    return {
      cancel: () => {
        event.action = undefined
      },
    }
  }

  /** Works off the next event up to `end`; `false` where there is none. A promise only where its action gives one. */
  step(end: number): boolean | Promise<true> {
    for (let event = this.#events.top; event && event.time <= end; event = this.#events.top) {
      this.#events.pop()
      if (!event.action) continue
      this.#now = event.time
      this.count++
      const pending = event.action()
      return pending ? pending.then(() => true as const) : true
    }
    return false
  }

  /** Lets everything happen up to `end`. */
  async runUntil(end: number): Promise<void> {
    for (let more = this.step(end); more; more = this.step(end)) if (more !== true) await more
    this.#now = Math.max(this.#now, end)
  }
}
