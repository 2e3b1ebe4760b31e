/** What one wake did, and the sleep before it: the input of the energy accounts. */

/** Microseconds of simulated real time in each state, and what happened to the flash. */
export interface WakeTimes {
  /** deep sleep, from the end of the last wake to the start of this one */
  sleep: number
  /** from the wake-up to the first instruction of the device's program */
  boot: number
  /** the processor at work with the radio off, signing included */
  cpu: number
  /** of `cpu`: signing */
  sign: number
  /** radio on, joining a network before anything can be sent (Wi-Fi) */
  associate: number
  /** radio on and waiting, the guard included */
  listen: number
  /** of `listen`: before the predicted instant, or before the gateway's call, where the device waits for one */
  guard: number
  /** a frame comes in */
  receive: number
  /** frames go out, repeats included */
  transmit: number
  /** bytes programmed into flash */
  flashBytes: number
  /** sectors of flash erased */
  flashErases: number
}

export const noTimes: Readonly<WakeTimes> = {
  sleep: 0,
  boot: 0,
  cpu: 0,
  sign: 0,
  associate: 0,
  listen: 0,
  guard: 0,
  receive: 0,
  transmit: 0,
  flashBytes: 0,
  flashErases: 0,
}
