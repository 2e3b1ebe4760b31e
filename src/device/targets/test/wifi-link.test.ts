import { expect, test } from "vitest"
import type { WifiDriver } from "../esp32/natives.ts"
import { WifiLink } from "../esp32/wifi-link.ts"

const BSSID = [2, 0, 0, 0, 0, 1]
const ADDRESS = [10, 0, 0, 7, 255, 255, 255, 0, 10, 0, 0, 1]

/** An access point that gives an address after so many looks, by the short way where it is still there. */
class Air implements WifiDriver {
  starts: { bssid: number[]; channel: number; address: number[] }[] = []
  stops = 0
  looks = 0
  up = true
  moved = false
  start(_: Uint8Array, __: Uint8Array, bssid: Uint8Array, channel: number, address: Uint8Array) {
    this.starts.push({ bssid: [...bssid], channel, address: [...address] })
    this.looks = 0
  }
  state() {
    const fast = this.starts.at(-1)!.channel !== 0
    if (!this.up) return ++this.looks > 3 ? 4 : 1
    if (fast && this.moved) return 1
    return ++this.looks > (fast ? 2 : 200) ? 3 : 1
  }
  lostBecause() {
    return 201
  }
  wayIn() {
    return Uint8Array.of(...BSSID, 11, ...ADDRESS)
  }
  stop() {
    this.stops++
  }
}

function link(air: Air, remembered: Uint8Array = new Uint8Array(0)) {
  const traces: Record<string, unknown>[] = []
  let waited = 0
  const wifi = new WifiLink({
    wifi: air,
    config: { ssid: "garden", password: "secret", host: "10.0.0.1", port: 5683 },
    remembered,
    open: () => ({ send() {}, close() {} }),
    timer: { set() {}, clear() {} },
    pause: async (ms) => void (waited += ms),
    trace: (event) => traces.push(event),
  })
  return { wifi, traces, waited: () => waited }
}

test("the first join scans and asks for an address; the next one goes the way that is known", async () => {
  const air = new Air()
  const first = link(air)
  expect(await first.wifi.ready()).toBe(true)
  const kept = first.wifi.remember()
  expect(kept.length).toBeLessThanOrEqual(64)
  const second = link(air, kept)
  expect(await second.wifi.ready()).toBe(true)
  expect(air.starts).toEqual([
    { bssid: [], channel: 0, address: [] },
    { bssid: BSSID, channel: 11, address: ADDRESS },
  ])
  expect(second.waited()).toBeLessThan(first.waited() / 10)
  expect([...first.traces, ...second.traces]).toEqual([
    { e: "joined", fast: false },
    { e: "joined", fast: true },
  ])
})

test("where the access point has moved the long way is taken, and remembered", async () => {
  const air = new Air()
  const first = link(air)
  await first.wifi.ready()
  air.moved = true
  const second = link(air, first.wifi.remember())
  expect(await second.wifi.ready()).toBe(true)
  expect(air.starts.length).toBe(3)
  expect(air.stops).toBe(1)
  expect(second.wifi.remember()).toEqual(first.wifi.remember())
})

test("an address is asked for anew after 24 joins by memory", async () => {
  const air = new Air()
  let kept = new Uint8Array(0)
  for (let wake = 0; wake < 52; wake++) {
    const { wifi } = link(air, kept)
    await wifi.ready()
    kept = new Uint8Array(wifi.remember())
  }
  const asked = air.starts.flatMap(({ address }, index) => (address.length === 0 ? [index] : []))
  expect(asked).toEqual([0, 25, 50])
})

test("without a network nothing is sent, and what was remembered is forgotten", async () => {
  const air = new Air()
  const first = link(air)
  await first.wifi.ready()
  air.up = false
  const { wifi, traces } = link(air, first.wifi.remember())
  const message = { kind: "report" as const, body: new Uint8Array(1), request: 1, timeout: 1 }
  expect(await wifi.exchange(message)).toBe(undefined)
  expect(traces).toMatchObject([{ e: "error", code: "E_WIFI" }])
  air.up = true
  await link(air, wifi.remember()).wifi.ready()
  expect(air.starts.at(-1)).toMatchObject({ channel: 0 })
})
