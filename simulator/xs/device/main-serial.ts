/** The bundle's entry. It runs once, in the template of all machines; each wake calls `start`: one board on link `serial`, simulated or rv32. */
import { wake } from "../../../src/device/wake.ts"
import { createBoard } from "./board.ts"
import type { Host } from "./host.d.ts"
import { openSerial } from "./serial.ts"

declare const host: Host

Object.assign(globalThis, { start: () => wake(createBoard(host, openSerial)) })
