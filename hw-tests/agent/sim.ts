/** Test firmware of a simulated machine. */
import type { Host } from "../../simulator/xs/device/host.d.ts"
import { start } from "./main.ts"

declare const host: Host

start(host)
