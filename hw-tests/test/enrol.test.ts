/** `dormouse enrol`, whole: a board of the simulator on a socket, the real gateway at the other end of its line. */
import { mkdtempSync, rmSync } from "node:fs"
import { createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it, onTestFinished, vi } from "vitest"
import type { DeviceView } from "../../src/gateway/api/devices.ts"
import { enrolCommand } from "../../src/gateway/cli/enrol.ts"
import type { Dut } from "../dut.ts"
import { openSim } from "../duts/sim.ts"
import { openGateway } from "../gateway.ts"

/** The board's line at a Unix socket, as a USB port would be a device file. */
function serveLine(dut: Dut): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "dormouse-line-"))
  const path = join(folder, "line")
  const clients = new Set<Socket>()
  const server = createServer((socket) => {
    clients.add(socket)
    socket.on("data", (bytes) => dut.write(bytes)).on("error", () => {})
    socket.on("close", () => clients.delete(socket))
  })
  dut.line.on("data", (bytes) => {
    for (const client of clients) client.write(bytes)
  })
  onTestFinished(() => {
    for (const client of clients) client.destroy()
    server.close()
    rmSync(folder, { recursive: true })
  })
  return new Promise((resolve) => server.listen(path, () => resolve(path)))
}

it("takes a blank board to its first reading", { timeout: 120_000 }, async () => {
  const dut = await openSim({ id: "sim", board: "sim", capabilities: [] })
  onTestFinished(() => dut.close())
  await dut.flash()
  const gateway = await openGateway(2000)
  onTestFinished(() => gateway.close())
  gateway.attach(dut)
  const port = `unix:${await serveLine(dut)}`
  const said: string[] = []
  vi.spyOn(process.stdout, "write").mockImplementation(((text: string, done?: () => void) => {
    said.push(...text.trimEnd().split("\n"))
    done?.()
    return true
  }) as typeof process.stdout.write)
  const code = await enrolCommand([
    "--port",
    port,
    "--data",
    gateway.dataDir,
    "--batch",
    "1",
    "--interval",
    "1",
    "--yes",
  ])
  vi.restoreAllMocks()
  const [device] = await gateway.api.json<DeviceView[]>("/api/devices")
  expect(code).toBe(0)
  expect(device).toMatchObject({ status: "approved" })
  expect(said[1]).toMatch(new RegExp(`^Device ${device!.address}, code [0-9A-Z]{4}-[0-9A-Z]{4}$`))
  expect(said.slice(-3)).toEqual(["temperature 21.5 Cel", "humidity 40 %RH", "co2 600 ppm"])
})

it("says what is wrong with what it was given", async () => {
  const error = vi.spyOn(console, "error").mockImplementation(() => {})
  onTestFinished(() => void error.mockRestore())
  const gateway = await openGateway(2000)
  onTestFinished(() => gateway.close())
  const enrol = (...args: string[]) => enrolCommand(["--data", gateway.dataDir, ...args])
  expect(await enrol("--port", "unix:/nowhere/at/all", "--yes")).toBe(1)
  expect(error.mock.lastCall![0]).toMatch(/^E_PORT: unix:\/nowhere\/at\/all cannot be opened/)
  expect(await enrol("--port", "unix:x", "--batch", "2")).toBe(2)
  expect(error.mock.lastCall![0]).toMatch(/^E_USAGE: --batch and --interval belong together/)
  expect(await enrol("--port", "listen-unix:x")).toBe(1)
  expect(error.mock.lastCall![0]).toMatch(/^E_SERIAL_NAME/)
})
