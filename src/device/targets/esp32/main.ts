/** The firmware's entry: one wake of one board, and the wire where the board was reset or has no gateway yet. */
import config from "mc/config"
import { toHex, utf8Decode } from "../../../protocol/bytes.ts"
import { DormouseError } from "../../../protocol/errors.ts"
import { wake } from "../../wake.ts"
import { Provisioner } from "../provision.ts"
import { serveWire } from "../serve.ts"
import { pause } from "../timer.ts"
import { createBareBoard, createBoard } from "./board.ts"
import { checkBoardConfig, parseBoardConfig } from "./config.ts"
import { crash as crashNatives, power, vault, watchdog } from "./natives.ts"
import { CrashRecord, resetReason, restAfter, wakeReason } from "./reset.ts"
import { type ConsolePins, SerialConsole } from "./serial.ts"

/** A whole wake, in seconds: sensors, joining, three attempts, and room. */
const WAKE_LIMIT = 60
/** How long a board listens on its wire (ms): after a reset, and without a gateway, where it then sleeps for an hour. */
const LISTEN_AFTER_RESET = 1500
const LISTEN_UNPROVISIONED = 600_000
const HOUR = 3_600_000_000

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
  const rest = restAfter(crash.crashes, crash.stage)
  const asleep = wakeReason(power.cause()) !== "power-on"
  if (crash.stage !== "" || !asleep) {
    const reason = resetReason(power.resetReason())
    console.line(JSON.stringify({ e: "reset", reason, stage: crash.stage, crashes: crash.crashes }))
  }
  const bare = createBareBoard()
  if (!asleep) await listen(crash, console, new Provisioner({ board: bare, vault, checkBoard: checkBoardConfig }))
  if (rest > 0) return sleepFor(rest, crash, console)
  const record = vault.read()
  if (!record) return sleepFor(HOUR, crash, console)
  const text = utf8Decode(record)
  if (text === undefined) throw new DormouseError("E_BOARD_CONFIG", "Board record: it is not text. Provision again.")
  crash.enter("wake")
  await wake(createBoard({ bare, config: parseBoardConfig(text), console, crash }))
}

async function listen(crash: CrashRecord, console: SerialConsole, provisioner: Provisioner): Promise<void> {
  crash.enter("serve")
  const { address, provisioned } = provisioner.identity
  console.line(JSON.stringify({ e: "listening", address: `0x${toHex(address)}`, provisioned }))
  const limit = provisioned ? LISTEN_AFTER_RESET : LISTEN_UNPROVISIONED
  await serveWire({ stream: console, provisioner, limit, pause, tick: watchdog.feed })
  watchdog.feed()
}

async function sleepFor(micros: number, crash: CrashRecord, console: SerialConsole): Promise<void> {
  await console.drained()
  crash.rest()
  power.sleep(micros)
}
