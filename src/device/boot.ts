/** A board's main program: after power-on its console, then one wake. */

import { provisioningCommands } from "./console/provisioning.ts"
import { type Command, type ConsoleLine, serveConsole } from "./console/serve.ts"
import { FIRMWARE } from "./firmware.ts"
import { flashLayout } from "./flash/layout.ts"
import { FlashState } from "./flash/state.ts"
import { readProvisioning } from "./identity.ts"
import type { Board } from "./ports.ts"
import { wake } from "./wake.ts"

/** µs that whoever holds the cable has for a first command, and between two. */
const CONSOLE_IDLE = 3_000_000

export interface BootOptions {
  /** absent: the board has no console */
  line?: ConsoleLine | undefined
  /** commands of this firmware beside those that every board has */
  commands?: Readonly<Record<string, Command>>
  /** Told when the wake begins: nobody holds the cable any more. */
  awake?: () => void
}

/** A board that nobody has provisioned waits for that, and does nothing else. */
export async function boot(board: Board, { line, commands = {}, awake }: BootOptions = {}): Promise<void> {
  if (line && board.power.reason === "power-on") {
    const provisioned = readProvisioning(FlashState.scan(board, flashLayout(board.flash).state)) !== undefined
    await serveConsole({
      line,
      commands: { ...provisioningCommands(board), ...commands },
      greeting: [FIRMWARE, provisioned],
      idle: provisioned ? CONSOLE_IDLE : undefined,
    })
  }
  awake?.()
  await wake(board)
}
