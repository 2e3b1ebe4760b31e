import type { MailboxView } from "../api/mailbox.ts"
import { command, exitCodeOf, print, wholeNumber } from "./command.ts"
import { runningGateway } from "./instance.ts"

interface Options {
  data: string
  batch: number
  interval: number
  json?: boolean
}

/** `dormouse configure`: a sleeping device takes it when it wakes. */
export function configureCommand(args: string[]): Promise<number> {
  const program = command("configure", "Puts new settings into a device's mailbox.")
    .argument("<address>", "the device")
    .requiredOption("--data <dir>", "data directory of a running gateway")
    .requiredOption("--batch <samples>", "samples a report", wholeNumber(1, 64))
    .requiredOption("--interval <epochs>", "epochs a report", wholeNumber(1, 65_535))
    .option("--json", "as JSON")
  return exitCodeOf(async () => {
    const { data, batch, interval, json } = program.parse(args, { from: "user" }).opts<Options>()
    const gateway = await runningGateway(data)
    const path = `/api/devices/${encodeURIComponent(program.args[0]!)}/mailbox`
    const view = await gateway.post<MailboxView>(path, { batch, interval })
    await print(json ? JSON.stringify(view) : `${program.args[0]}: ${view.note}`)
  })
}
