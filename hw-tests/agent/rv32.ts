/** Test firmware of the emulated board: this runs when the image is built, `start` at each boot. */
import type { Host } from "../../simulator/xs/device/host.d.ts"
import { start } from "./main.ts"

declare const host: Host

Object.assign(globalThis, { start: () => start(host) })
