import { alarmViews, forkViews, incarnationViews } from "../backup/evidence.ts"
import type { Store } from "../store/store.ts"
import { command, exitCodeOf, print } from "./command.ts"
import { withStore } from "./offline.ts"

/** A command that shows one list of a store, whether its gateway runs or not. */
const lister =
  <T>(name: string, description: string, list: (store: Store) => T[], line: (item: T) => string) =>
  (args: string[]) => {
    const program = command(name, description)
      .requiredOption("--data <dir>", "the gateway's data directory")
      .option("--json", "as JSON, with the signed reports")
    return exitCodeOf(async () => {
      const { data, json } = program.parse(args, { from: "user" }).opts<{ data: string; json?: boolean }>()
      const items = withStore(data, list)
      if (json) return print(JSON.stringify(items))
      for (const item of items) await print(line(item))
    })
  }

const time = (ms: number) => new Date(ms).toISOString()

/** `dormouse alarms` */
export const alarmsCommand = lister(
  "alarms",
  "Lists what devices said that contradicts the chain.",
  alarmViews,
  ({ device, kind, seq, anchor, held, gatewayTime, incarnation, afterRestore }) => {
    const said =
      kind === "witness"
        ? `report ${seq} names anchor ${anchor}, which is none of this gateway's`
        : `holds receipts up to report ${seq}, the gateway held reports up to ${held}`
    const why = afterRestore ? ` (the restore before incarnation ${incarnation} may be why)` : ""
    return `${time(gatewayTime)}  ${device}  ${said}${why}`
  },
)

/** `dormouse forks` */
export const forksCommand = lister(
  "forks",
  "Lists reports of one device that contradict each other: a key in two places, or a device set back.",
  forkViews,
  ({ device, seq, cause, other, gatewayTime }) =>
    `${time(gatewayTime)}  ${device}  report ${seq} contradicts report ${other} (${cause})`,
)

/** `dormouse restores` */
export const restoresCommand = lister(
  "restores",
  "Lists the backups that a gateway's data was restored from, and what came back since.",
  incarnationViews,
  ({ number, startedAt, backup, takenAt, height, recovered }) =>
    `incarnation ${number} since ${time(startedAt)}, from backup ${backup} of ${time(takenAt)} (block ${height}): ` +
    `${recovered} reports came again`,
)
