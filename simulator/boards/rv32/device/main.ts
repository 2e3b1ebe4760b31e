/** The bundle's entry: one wake of the board. */
import { wake } from "../../../../src/device/wake.ts"
import type { Host } from "../../../xs/device/host.d.ts"
import { createBoard } from "./board.ts"

declare const host: Host

wake(createBoard(host))
