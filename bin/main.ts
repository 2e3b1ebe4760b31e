/** `dormouse COMMAND ...`: each command is loaded only when it is called. */
type Run = (args: string[]) => Promise<number>

const commands: Record<string, { what: string; load(): Promise<Run> }> = {
  sim: {
    what: "a fleet of simulated devices, with a gateway of its own or against a running one",
    load: async () => (await import("../simulator/fleet/command.ts")).sim,
  },
  proxy: {
    what: "stands between CoAP clients and a gateway: loses and delays",
    load: async () => (await import("../simulator/radio/proxy-command.ts")).proxyCommand,
  },
  gateway: {
    what: "runs a gateway",
    load: async () => (await import("../src/gateway/cli/gateway.ts")).gatewayCommand,
  },
  approve: {
    what: "approves devices on chain",
    load: async () => (await import("../src/gateway/cli/approve.ts")).approveCommand,
  },
  enrol: {
    what: "makes a board on a serial line a device of a gateway",
    load: async () => (await import("../src/gateway/cli/enrol.ts")).enrolCommand,
  },
  devices: {
    what: "lists a gateway's devices",
    load: async () => (await import("../src/gateway/cli/devices.ts")).devicesCommand,
  },
  configure: {
    what: "puts new settings into a device's mailbox",
    load: async () => (await import("../src/gateway/cli/configure.ts")).configureCommand,
  },
  token: {
    what: "makes, lists and revokes tokens for the gateway's API",
    load: async () => (await import("../src/gateway/cli/token.ts")).tokenCommand,
  },
  receipt: {
    what: "writes the full receipt of a report",
    load: async () => (await import("../src/gateway/cli/receipt.ts")).receiptCommand,
  },
  trust: {
    what: "writes what an auditor pins of a gateway",
    load: async () => (await import("../src/gateway/cli/trust.ts")).trustCommand,
  },
  chain: {
    what: "exports or imports a gateway's chain",
    load: async () => (await import("../src/gateway/cli/chain.ts")).chainCommand,
  },
  revoke: {
    what: "revokes approved devices on chain",
    load: async () => (await import("../src/gateway/cli/decide.ts")).revokeCommand,
  },
  reject: {
    what: "rejects devices that wait for approval",
    load: async () => (await import("../src/gateway/cli/decide.ts")).rejectCommand,
  },
  backup: {
    what: "backs up a gateway, running or not",
    load: async () => (await import("../src/gateway/cli/backup.ts")).backupCommand,
  },
  restore: {
    what: "makes a gateway's data from a backup",
    load: async () => (await import("../src/gateway/cli/restore.ts")).restoreCommand,
  },
  restores: {
    what: "lists what a gateway's data was restored from",
    load: async () => (await import("../src/gateway/cli/alarms.ts")).restoresCommand,
  },
  alarms: {
    what: "lists what contradicts a gateway's chain",
    load: async () => (await import("../src/gateway/cli/alarms.ts")).alarmsCommand,
  },
  forks: {
    what: "lists reports that contradict each other",
    load: async () => (await import("../src/gateway/cli/alarms.ts")).forksCommand,
  },
  verify: {
    what: "verifies a receipt",
    load: async () => (await import("../src/audit/cli.ts")).verifyCommand,
  },
  decode: {
    what: "shows any message in CBOR diagnostic notation",
    load: async () => (await import("../src/audit/cli.ts")).decodeCommand,
  },
}

const USAGE = 2

function help(): string {
  const lines = Object.entries(commands).map(([name, { what }]) => `  ${name.padEnd(9)} ${what}`)
  return ["Usage: dormouse COMMAND [options]; dormouse COMMAND --help tells more.", "", ...lines].join("\n")
}

export async function main([name, ...args]: string[]): Promise<void> {
  if (name === undefined || ["help", "--help", "-h"].includes(name)) {
    console.log(help())
    process.exitCode = name === undefined ? USAGE : 0
    return
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    console.error(`E_USAGE: There is no command "${name}". Known: ${Object.keys(commands).join(", ")}.`)
    process.exitCode = USAGE
    return
  }
  const run = await command.load()
  process.exitCode = await run(args)
}
