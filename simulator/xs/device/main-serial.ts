/** The bundle's entry: one wake of one simulated board on link `serial`. */
import { wake } from "../../../src/device/wake.ts"
import { createBoard } from "./board.ts"
import type { Host } from "./host.d.ts"
import { openSerial } from "./serial.ts"

declare const host: Host

Promise.resolve().then(() => wake(createBoard(host, openSerial)))
