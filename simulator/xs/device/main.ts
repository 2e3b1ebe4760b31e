/** The bundle's entry: one wake of one simulated board on link `wifi`. */
import { wake } from "../../../src/device/wake.ts"
import { createBoard } from "./board.ts"
import type { Host } from "./host.d.ts"
import { openWifi } from "./wifi.ts"

declare const host: Host

// As a job of its own: what a bundle declares lies on the stack, hundreds of slots of it, until its script has ended.
Promise.resolve().then(() => wake(createBoard(host, openWifi)))
