/** The bundle's entry. It runs once, when the image is built; what it defines is in flash, and each wake calls `start`. */
import { wake } from "../../../../src/device/wake.ts"
import { createBoard } from "../../../xs/device/board.ts"
import type { Host } from "../../../xs/device/host.d.ts"
import { openSerial } from "../../../xs/device/serial.ts"

declare const host: Host

Object.assign(globalThis, { start: () => wake(createBoard(host, openSerial)) })
