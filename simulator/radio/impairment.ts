/**
 * What becomes of a datagram on a network that loses and delays: pure, so that it serves virtual time, live sockets and
 * a proxy alike. Each device has a path of its own.
 */
import type { LossReason } from "../fleet/medium.ts"
import { type Random, randomStream } from "../fleet/random.ts"
import { Channel, channelOf } from "./channel.ts"
import { drawLatency } from "./latency.ts"

export interface ImpairmentParameters {
  /** part of the datagrams lost each way, 0 to 1 */
  loss: number
  /** mean delay each way, us; half of the datagrams are within a quarter of it */
  latency: number
  /** part of the datagrams that arrive twice, each with a fate of its own; default: none */
  duplicate?: number
  seed: string
}

export type Fate = { lost: LossReason } | { delayUs: number }

/** Bad times last a minute on average and are a third of all time, or more where that much must be lost; assumed. */
const BAD_US = 60_000_000
const LEAST_SHARE = 1 / 3

export class Impairment {
  readonly #parameters: ImpairmentParameters
  readonly #paths = new Map<number, { channel: Channel | undefined; random: Random }>()

  constructor(parameters: ImpairmentParameters) {
    this.#parameters = parameters
  }

  /** `now`: us, of any clock that does not go back. */
  fate(device: number, now: number): Fate {
    const { channel, random } = this.#path(device)
    if (channel?.loses(now)) return { lost: "channel" }
    return { delayUs: this.#delay(random) }
  }

  /** The fates of a datagram and of its copies: one, or two where the network makes two of it. */
  fates(device: number, now: number): Fate[] {
    const { duplicate = 0 } = this.#parameters
    const first = this.fate(device, now)
    const twice = duplicate > 0 && this.#path(device).random.uniform() < duplicate
    return twice ? [first, this.fate(device, now)] : [first]
  }

  #delay(random: Random): number {
    const { latency } = this.#parameters
    if (latency === 0) return 0
    return drawLatency({ minimum: latency / 2, median: latency * 0.9, p99: latency * 3 }, random)
  }

  #path(device: number) {
    let path = this.#paths.get(device)
    if (!path) {
      const { loss, seed } = this.#parameters
      const random = randomStream(seed, "impairment", device)
      const share = Math.max(LEAST_SHARE, loss * (2 - loss))
      path = { channel: loss > 0 ? new Channel(channelOf(loss, { bad: BAD_US, share }), random) : undefined, random }
      this.#paths.set(device, path)
    }
    return path
  }
}
