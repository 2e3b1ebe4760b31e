/** The bundle's entry: one wake of one simulated board on link `wifi`. */
import { wake } from "../../../src/device/wake.ts"
import { createBoard } from "./board.ts"
import type { Host } from "./host.d.ts"
import { openWifi } from "./wifi.ts"

declare const host: Host

wake(createBoard(host, openWifi))
