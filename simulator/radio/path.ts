/** The way between one device and the gateway: its channel, its signal, its duty cycle. */
import { type Random, randomStream } from "../fleet/random.ts"
import { Channel } from "./channel.ts"
import { drawLatency, type LatencyParameters } from "./latency.ts"
import type { MediumProfile } from "./profiles.ts"

const SECOND = 1_000_000

export class Path {
  readonly device: number
  readonly random: Random
  readonly #profile: MediumProfile
  readonly #channel: Channel
  readonly #latency: LatencyParameters
  /** dBm */
  readonly #signal: number

  constructor(profile: MediumProfile, seed: string, device: number) {
    const { channel, signal, latency } = profile
    const { minimum, median, p99 } = latency
    this.device = device
    this.#profile = profile
    this.random = randomStream(seed, "path", profile.link, device)
    this.#latency = { minimum: minimum.value * 1000, median: median.value * 1000, p99: p99.value * 1000 }
    this.#signal = signal.mean.value + signal.site.value * this.random.normal()
    this.#channel = new Channel(
      {
        good: channel.good.value * SECOND,
        bad: channel.bad.value * SECOND,
        lossGood: channel.lossGood.value,
        lossBad: channel.lossBad.value,
      },
      this.random,
    )
  }

  /** Strength of a frame at `now`, dBm. */
  rssi(now: number): number {
    const { fading, bad } = this.#profile.signal
    const faded = this.#channel.isBad(now) ? bad.value : 0
    return Math.round(this.#signal - faded + fading.value * this.random.normal())
  }

  /** Whether the channel swallows a frame of this strength. */
  loses(now: number, rssi: number): boolean {
    return this.#channel.loses(now) || rssi < this.#profile.signal.floor.value
  }

  /** Between gateway and its radio, us. */
  latency(): number {
    return drawLatency(this.#latency, this.random)
  }

  /** As 802.15.4 radios report it: 0 at the floor of hearing, 255 forty decibels above. */
  lqi(rssi: number): number {
    return Math.max(0, Math.min(255, Math.round(((rssi - this.#profile.signal.floor.value) / 40) * 255)))
  }
}
