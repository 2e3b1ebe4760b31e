/**
 * A channel that is good or bad for a while: a two-state Markov chain in continuous time. It moves with time, not with
 * packets, so that a sleeper who sends once in ten minutes meets the channel as it then is (E. N. Gilbert 1960 and
 * E. O. Elliott 1963 count packets; indoor Wi-Fi does not fit them, Cardoso and de Rezende 2009).
 */
import type { Random } from "../fleet/random.ts"

export interface ChannelParameters {
  /** mean stay in each state, us */
  good: number
  bad: number
  /** part of the frames lost in each state */
  lossGood: number
  lossBad: number
}

/** Part of all frames lost, over a long time. */
export function meanLoss({ good, bad, lossGood, lossBad }: ChannelParameters): number {
  return (lossGood * good + lossBad * bad) / (good + bad)
}

/** A channel that loses `loss` of all frames: most of them in bad times, which come `share` of the time. */
export function channelOf(loss: number, { bad, share }: { bad: number; share: number }): ChannelParameters {
  const lossBad = Math.min(1, loss / share)
  const lossGood = share < 1 ? Math.max(0, (loss - share * lossBad) / (1 - share)) : 0
  return { bad, good: (bad * (1 - share)) / share, lossGood, lossBad }
}

export class Channel {
  readonly #parameters: ChannelParameters
  readonly #random: Random
  readonly #shareBad: number
  readonly #rate: number
  #bad: boolean
  #seen: number | undefined

  constructor(parameters: ChannelParameters, random: Random) {
    const { good, bad } = parameters
    this.#parameters = parameters
    this.#random = random
    this.#shareBad = bad / (good + bad)
    this.#rate = 1 / good + 1 / bad
    this.#bad = random.uniform() < this.#shareBad
  }

  /** The state at `now`, us. Times asked for must not go back: an earlier one is taken as the last. */
  isBad(now: number): boolean {
    const elapsed = this.#seen === undefined ? 0 : now - this.#seen
    if (elapsed > 0) {
      // The chain's exact probability after any time, so nothing need be simulated between two frames.
      const memory = Math.exp(-this.#rate * elapsed)
      const probability = this.#shareBad * (1 - memory) + (this.#bad ? memory : 0)
      this.#bad = this.#random.uniform() < probability
    }
    this.#seen = Math.max(now, this.#seen ?? now)
    return this.#bad
  }

  /** Whether a frame at `now` is lost. */
  loses(now: number): boolean {
    const { lossGood, lossBad } = this.#parameters
    const loss = this.isBad(now) ? lossBad : lossGood
    return this.#random.uniform() < loss
  }
}
