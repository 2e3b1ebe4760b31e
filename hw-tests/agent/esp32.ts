/** Test firmware of an ESP32 (`npm run flash -- --board esp32c6 --port ... --firmware hw-tests`). Not run on hardware. */
import config from "mc/config"
import Timer from "timer"
import { provisioningCommands } from "../../src/device/console/provisioning.ts"
import { serveConsole } from "../../src/device/console/serve.ts"
import { FIRMWARE } from "../../src/device/firmware.ts"
import { createBoard } from "../../src/device/targets/esp32/board.ts"
import type { BoardConfig } from "../../src/device/targets/esp32/config.ts"
import { crash as crashNatives, power, watchdog } from "../../src/device/targets/esp32/natives.ts"
import { CrashRecord } from "../../src/device/targets/esp32/reset.ts"
import { type ConsolePins, SerialConsole } from "../../src/device/targets/esp32/serial.ts"
import { createTimer } from "../../src/device/targets/timer.ts"
import { wake } from "../../src/device/wake.ts"
import { testCommands } from "./commands.ts"

/** µs that the harness has for its first word after deep sleep; after power-on the board waits for it. */
const IDLE = 1_000_000
/** Seconds until a board that hangs is reset, and ms between feedings while it does not. */
const LIMIT = 10
const FEED = 1000
/** A bench need not say how the board is wired: it then measures nothing, and reports over its console's line. */
const BARE: BoardConfig = {
  ...{ link: "serial", wifi: undefined, lora: undefined, i2c: undefined, sensors: [], wake: undefined },
  ...{ ppm: 500, trace: false },
}

export default function main(): void {
  const console = new SerialConsole(config.console as ConsolePins)
  run(console).catch(async (error: Error) => {
    console.line(JSON.stringify({ e: "error", message: error.message }))
    await console.drained()
    power.restart()
  })
}

async function run(console: SerialConsole): Promise<void> {
  watchdog.start(LIMIT)
  const board = createBoard({ console, crash: new CrashRecord(crashNatives), otherwise: BARE })
  const feeding = Timer.repeat(watchdog.feed, FEED)
  const memory = () =>
    [
      ["system heap, free", power.freeHeap(0), "B"],
      ["system heap, free at least", power.freeHeap(1), "B"],
    ] as const
  await serveConsole({
    line: { stream: console, timer: createTimer() },
    commands: {
      ...provisioningCommands(board),
      ...testCommands(board, { engine: "xs of the Moddable SDK", memory: () => [...memory()] }),
    },
    greeting: [FIRMWARE, board.power.reason],
    idle: board.power.reason === "power-on" ? undefined : IDLE,
  })
  Timer.clear(feeding)
  watchdog.feed()
  await wake(board)
}
