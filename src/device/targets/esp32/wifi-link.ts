/**
 * The `wifi` link on a board: joins the network by the way it came in last time, at once and without a scan or DHCP, and
 * by the long way where that fails. Then CoAP (src/device/links/coap-link.ts).
 */
import { concat, utf8Encode } from "../../../protocol/bytes.ts"
import { CoapLink, type Datagrams, type Timer } from "../../links/coap-link.ts"
import type { Link, LinkAnswer, LinkMessage, Retained, TraceEvent } from "../../ports.ts"
import type { BoardConfig } from "./config.ts"
import type { WifiDriver } from "./natives.ts"

const State = { addressed: 3, lost: 4 } as const
const NOTHING = new Uint8Array(0)
/** Milliseconds between looks at the driver's state. */
const POLL = 5
/** How long each way in may take (ms): association alone, and with scan and DHCP. */
const FAST = 1500
const SLOW = 8000
const BSSID = 6
const WAY_IN = 19
/** DHCP is asked for again after so many joins by memory: a lease is lent, not given. */
const JOINS_A_LEASE = 24

export interface WifiLinkOptions {
  wifi: WifiDriver
  config: NonNullable<BoardConfig["wifi"]>
  /** where the way in is kept: bssid, channel, address, and how often it was used */
  retained: Retained
  open(host: string, port: number): Datagrams
  timer: Timer
  pause(milliseconds: number): Promise<void>
  trace(event: TraceEvent): void
}

export class WifiLink implements Link {
  readonly maxBody: number
  readonly #options: WifiLinkOptions
  readonly #joined: Promise<boolean>
  readonly #link: CoapLink

  constructor(options: WifiLinkOptions) {
    this.#options = options
    this.#joined = this.#join()
    // The socket opens on first use: before, there is no network for it.
    let socket: Datagrams | undefined
    const datagrams: Datagrams = {
      send: (bytes) => {
        if (!socket) {
          socket = options.open(options.config.host, options.config.port)
          socket.onMessage = (received) => datagrams.onMessage?.(received)
        }
        socket.send(bytes)
      },
      close: () => socket?.close(),
    }
    this.#link = new CoapLink({ datagrams, timer: options.timer })
    this.maxBody = this.#link.maxBody
  }

  async ready(): Promise<boolean> {
    return this.#joined
  }

  async exchange(message: LinkMessage): Promise<LinkAnswer | undefined> {
    return (await this.#joined) ? this.#link.exchange(message) : undefined
  }

  close(): void {
    this.#link.close()
    this.#options.wifi.stop()
  }

  async #join(): Promise<boolean> {
    const { retained, trace, wifi } = this.#options
    const kept = retained.read()
    const used = kept?.length === WAY_IN + 1 ? kept[WAY_IN]! : JOINS_A_LEASE
    if (kept && used < JOINS_A_LEASE && (await this.#attempt(kept, FAST))) {
      kept[WAY_IN] = used + 1
      retained.write(kept)
      trace({ e: "joined", fast: true })
      return true
    }
    if (await this.#attempt(undefined, SLOW)) {
      const way = wifi.wayIn()
      if (way) retained.write(concat(way, new Uint8Array(1)))
      trace({ e: "joined", fast: false })
      return true
    }
    retained.write(NOTHING)
    trace({
      e: "error",
      code: "E_WIFI",
      message: `Cannot join "${this.#options.config.ssid}" (reason ${wifi.lostBecause()}).`,
    })
    return false
  }

  async #attempt(way: Uint8Array | undefined, limit: number): Promise<boolean> {
    const { wifi, config, pause } = this.#options
    const { ssid, password } = config
    const bssid = way ? way.subarray(0, BSSID) : NOTHING
    const address = way ? way.subarray(BSSID + 1, WAY_IN) : NOTHING
    wifi.start(utf8Encode(ssid), utf8Encode(password), bssid, way ? way[BSSID]! : 0, address)
    for (let waited = 0; waited < limit; waited += POLL) {
      const state = wifi.state()
      if (state === State.addressed) return true
      if (state === State.lost) break
      await pause(POLL)
    }
    wifi.stop()
    return false
  }
}
