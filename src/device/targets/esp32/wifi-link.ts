/**
 * The `wifi` link on a board: joins the network by the way it came in last time, at once and without a scan or DHCP, and
 * by the long way where that fails. Then CoAP (src/device/links/coap-link.ts).
 */
import { concat, utf8Encode } from "../../../protocol/bytes.ts"
import { CoapLink, type Datagrams, type Timer } from "../../links/coap-link.ts"
import type { Link, LinkAnswer, LinkMessage, TraceEvent } from "../../ports.ts"
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
  /** what `remember` gave in the last wake */
  remembered: Uint8Array
  open(host: string, port: number): Datagrams
  timer: Timer
  pause(milliseconds: number): Promise<void>
  trace(event: TraceEvent): void
}

export class WifiLink implements Link {
  readonly name = "wifi"
  readonly mtu: number
  readonly #options: WifiLinkOptions
  readonly #joined: Promise<boolean>
  readonly #link: CoapLink
  /** bssid, channel, address, and how often they were used since DHCP gave the address; empty: none known */
  #way: Uint8Array

  constructor(options: WifiLinkOptions) {
    this.#options = options
    const { remembered, timer } = options
    this.#way = remembered.length === WAY_IN + 2 ? remembered.slice(0, WAY_IN + 1) : NOTHING
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
    this.#link = new CoapLink({ datagrams, timer, remembered: remembered.subarray(-1) })
    this.mtu = this.#link.mtu
  }

  get maxBody(): number {
    return this.#link.maxBody
  }

  ready(): Promise<boolean> {
    return this.#joined
  }

  remember(): Uint8Array {
    return concat(this.#way, this.#link.remember())
  }

  async exchange(message: LinkMessage): Promise<LinkAnswer | undefined> {
    return (await this.#joined) ? this.#link.exchange(message) : undefined
  }

  close(): void {
    this.#link.close()
    this.#options.wifi.stop()
  }

  async #join(): Promise<boolean> {
    const { trace, wifi, config } = this.#options
    const way = this.#way
    this.#way = NOTHING
    const used = way[WAY_IN] ?? JOINS_A_LEASE
    const fast = used < JOINS_A_LEASE && (await this.#attempt(way, FAST))
    if (!fast && !(await this.#attempt(NOTHING, SLOW))) {
      trace({ e: "error", code: "E_WIFI", message: `Cannot join "${config.ssid}" (reason ${wifi.lostBecause()}).` })
      return false
    }
    this.#way = concat(fast ? way.subarray(0, WAY_IN) : (wifi.wayIn() ?? NOTHING), Uint8Array.of(fast ? used + 1 : 0))
    trace({ e: "joined", fast })
    return true
  }

  async #attempt(way: Uint8Array, limit: number): Promise<boolean> {
    const { wifi, config, pause } = this.#options
    const { ssid, password } = config
    const bssid = way.subarray(0, BSSID)
    const address = way.subarray(BSSID + 1, WAY_IN)
    wifi.start(utf8Encode(ssid), utf8Encode(password), bssid, way[BSSID] ?? 0, address)
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
