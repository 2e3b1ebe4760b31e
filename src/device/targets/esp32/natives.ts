/** What the C files of this folder give the script: `native` is the Moddable compiler's. Units and bounds are in the C. */
import type { Flash, Retained } from "../../ports.ts"

declare const native: <F>(name: string) => F

type Read = () => Uint8Array | undefined
type Write = (bytes: Uint8Array) => void

const flash = {
  open: native<() => number>("xs_dormouse_flash_open"),
  read: native<Flash["read"]>("xs_dormouse_flash_read"),
  write: native<Flash["write"]>("xs_dormouse_flash_write"),
  erase: native<Flash["erase"]>("xs_dormouse_flash_erase"),
}

/** The partition "dormouse". */
export function openFlash(): Flash {
  const { open, read, write, erase } = flash
  return { size: open(), sectorSize: 4096, read, write, erase }
}

export const retained: Retained = {
  read: native<Read>("xs_dormouse_retained_read"),
  write: native<Write>("xs_dormouse_retained_write"),
}

/** The board record beside it, so that a wake need not look for it in flash; at most 1,536 bytes. */
export const retainedRecord: Retained = {
  read: native<Read>("xs_dormouse_retained_read_record"),
  write: native<Write>("xs_dormouse_retained_write_record"),
}

export const power = {
  now: native<() => number>("xs_dormouse_power_now"),
  /** 0 not from deep sleep, 1 timer, 2 pin */
  cause: native<() => number>("xs_dormouse_power_cause"),
  resetReason: native<() => number>("xs_dormouse_power_reset_reason"),
  wakeOnPin: native<(pin: number, level: number) => void>("xs_dormouse_power_wake_on_pin"),
  sleep: native<(micros: number) => void>("xs_dormouse_power_sleep"),
  restart: native<() => void>("xs_dormouse_power_restart"),
  /** bytes now, or (1) at the worst moment since boot */
  freeHeap: native<(least: 0 | 1) => number>("xs_dormouse_power_free_heap"),
}

export const random = native<(length: number) => Uint8Array>("xs_dormouse_entropy_random")

export const watchdog = {
  start: native<(seconds: number) => void>("xs_dormouse_watchdog_start"),
  feed: native<() => void>("xs_dormouse_watchdog_feed"),
}

export const crash = {
  count: native<() => number>("xs_dormouse_crash_count"),
  stage: native<() => Uint8Array>("xs_dormouse_crash_stage"),
  enter: native<Write>("xs_dormouse_crash_enter"),
  forget: native<() => void>("xs_dormouse_crash_forget"),
}

export type WifiDriver = {
  start(ssid: Uint8Array, password: Uint8Array, bssid: Uint8Array, channel: number, address: Uint8Array): void
  state(): number
  lostBecause(): number
  wayIn: Read
  stop(): void
}

export const wifi: WifiDriver = {
  start: native<WifiDriver["start"]>("xs_dormouse_wifi_start"),
  state: native<() => number>("xs_dormouse_wifi_state"),
  lostBecause: native<() => number>("xs_dormouse_wifi_lost_because"),
  wayIn: native<Read>("xs_dormouse_wifi_way_in"),
  stop: native<() => void>("xs_dormouse_wifi_stop"),
}

export type Ieee802154Driver = {
  start(channel: number, pan: number, address: number, extended: Uint8Array): void
  send(frame: Uint8Array): void
  sending(): number
  receive: Read
  missed(): number
  stop(): void
}

export const ieee802154: Ieee802154Driver = {
  start: native<Ieee802154Driver["start"]>("xs_dormouse_ieee802154_start"),
  send: native<Write>("xs_dormouse_ieee802154_send"),
  sending: native<() => number>("xs_dormouse_ieee802154_sending"),
  receive: native<Read>("xs_dormouse_ieee802154_receive"),
  missed: native<() => number>("xs_dormouse_ieee802154_missed"),
  stop: native<() => void>("xs_dormouse_ieee802154_stop"),
}
