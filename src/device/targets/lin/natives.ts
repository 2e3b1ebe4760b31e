/** What host.c gives the script: `native` is the Moddable compiler's. */
import type { Flash } from "../../ports.ts"

declare const native: <F>(name: string) => F

/** Of the command line; `undefined` behind the last. */
export const argument = native<(index: number) => string | undefined>("xs_dormouse_lin_argument")
export const print = native<(line: string) => void>("xs_dormouse_lin_print")
export const exit = native<(status: number) => void>("xs_dormouse_lin_exit")
/** µs */
export const now = native<() => number>("xs_dormouse_lin_now")
export const random = native<(length: number) => Uint8Array>("xs_dormouse_lin_random")
export const readFile = native<(path: string) => Uint8Array | undefined>("xs_dormouse_lin_file_read")
export const writeFile = native<(path: string, bytes: Uint8Array) => void>("xs_dormouse_lin_file_write")
export const flash = {
  open: native<(path: string, size: number) => void>("xs_dormouse_lin_flash_open"),
  read: native<Flash["read"]>("xs_dormouse_lin_flash_read"),
  write: native<Flash["write"]>("xs_dormouse_lin_flash_write"),
  erase: native<Flash["erase"]>("xs_dormouse_lin_flash_erase"),
}
