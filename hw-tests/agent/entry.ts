/** Test firmware: this runs once, where what it defines is kept, and `start` at each boot. */
import type { Host } from "../../simulator/xs/device/host.d.ts"
import { start } from "./main.ts"

declare const host: Host

Object.assign(globalThis, { start: () => start(host) })
