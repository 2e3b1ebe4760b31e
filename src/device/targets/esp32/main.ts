/** The firmware's entry: the console after a reset, then one wake (src/device/boot.ts). */
import config from "mc/config"
import Timer from "timer"
import { asProvisioning } from "../../../protocol/provisioning.ts"
import { asArray, asMap } from "../../../protocol/shape.ts"
import { boot } from "../../boot.ts"
import { provisioningCommands } from "../../console/provisioning.ts"
import type { Command } from "../../console/serve.ts"
import type { Board } from "../../ports.ts"
import { createTimer } from "../timer.ts"
import { createBoard } from "./board.ts"
import { checkBoardConfig } from "./config.ts"
import { crash as crashNatives, power, watchdog } from "./natives.ts"
import { CrashRecord, resetReason, restAfter } from "./reset.ts"
import { type ConsolePins, SerialConsole } from "./serial.ts"

/** A whole wake, in seconds: sensors, joining, three attempts, and room. */
const WAKE_LIMIT = 60
/** The console may stay open for ever (ms between two feedings of the watchdog). */
const FEED = 10_000

export default function main(): void {
  const crash = new CrashRecord(crashNatives)
  const console = new SerialConsole(config.console as ConsolePins)
  run(crash, console).catch(async (error: { code?: string; message?: string }) => {
    console.line(
      JSON.stringify({ e: "error", code: error.code ?? "E_DEVICE", message: error.message ?? String(error) }),
    )
    await console.drained()
    power.restart()
  })
}

async function run(crash: CrashRecord, console: SerialConsole): Promise<void> {
  watchdog.start(WAKE_LIMIT)
  const { crashes, stage } = crash
  if (stage !== "") {
    console.line(JSON.stringify({ e: "crash", reason: resetReason(power.resetReason()), stage, crashes }))
    const rest = restAfter(crashes)
    if (rest > 0) {
      await console.drained()
      crash.rest()
      return power.sleep(rest)
    }
  }
  const board = createBoard({ console, crash })
  const feeding = Timer.repeat(watchdog.feed, FEED)
  const awake = () => {
    Timer.clear(feeding)
    watchdog.feed()
    crash.enter("wake")
  }
  await boot(board, { line: { stream: console, timer: createTimer() }, commands: commandsOf(board, console), awake })
}

/** `provision` only with a board record that this firmware understands; `prove` shows the code that people compare. */
function commandsOf(board: Board, console: SerialConsole): Record<string, Command> {
  const { provision, prove, info } = provisioningCommands(board)
  return {
    async prove(args) {
      const proof = await prove!(args)
      console.line(`code ${asMap(await info!([]), "info").get("code")}`)
      return proof
    },
    provision: (args) => {
      const [record, , network] = asArray(args, "provision", 3, 3)
      if (network !== null) checkBoardConfig(asMap(network, "network"), asProvisioning(record!).profile.length)
      return provision!(args)
    },
  }
}
