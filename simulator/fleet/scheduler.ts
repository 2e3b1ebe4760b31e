/** Time, as the fleet sees it. Live it is the machine's monotonic clock; a discrete-event queue can stand in for it. */

export interface Timer {
  cancel(): void
}

export interface Scheduler {
  /** Whole microseconds since the simulation began. */
  now(): number
  /**
   * Runs `action` at that time, at once where it has passed. A virtual scheduler awaits it before time goes on, so an
   * action returns the promise of everything that it causes at that instant.
   */
  at(time: number, action: () => void | Promise<void>): Timer
}

/** A device's own clock: microseconds since its power-on, as its oscillator counts them. */
export interface Oscillator {
  deviceTime(now: number): number
  /** The first moment at which `deviceTime` has got there. */
  worldTime(deviceTime: number): number
}

/** An oscillator without error, started at `powerOn`. */
export function idealOscillator(powerOn: number): Oscillator {
  return { deviceTime: (now) => now - powerOn, worldTime: (deviceTime) => Math.ceil(deviceTime) + powerOn }
}
