/** Readings at a broker: each at least once, whatever happens to the broker. */
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { connect, createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { Aedes } from "aedes"
import mqtt from "mqtt"
import { describe, expect, it } from "vitest"
import { TestGateway, until } from "../../api/test/support.ts"
import { mqttTarget } from "../target.ts"

/** Debian keeps daemons where only root looks for programs. */
const env = { ...process.env, PATH: `${process.env.PATH}${delimiter}/usr/sbin` }

interface Broker {
  port: number
  stop(): Promise<void>
}

/** A broker in this process; it forgets everything when it stops. */
async function startAedes(port = 0): Promise<Broker> {
  const broker = await Aedes.createBroker()
  const server: Server = createServer(broker.handle)
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))
  return {
    port: (server.address() as { port: number }).port,
    stop: () =>
      new Promise((resolve) => {
        broker.close(() => server.close(() => resolve()))
      }),
  }
}

/** Mosquitto itself, where it is installed. */
async function startMosquitto(port = 0): Promise<Broker> {
  const chosen = port || (await freePort())
  const dir = mkdtempSync(join(tmpdir(), "dormouse-mosquitto-"))
  const config = join(dir, "mosquitto.conf")
  writeFileSync(config, `listener ${chosen} 127.0.0.1\nallow_anonymous true\npersistence false\n`)
  const child = spawn("mosquitto", ["-c", config], { stdio: "ignore", env })
  const exited = new Promise((resolve) => child.once("exit", resolve))
  await until(() => listens(chosen))
  return {
    port: chosen,
    async stop() {
      child.kill("SIGTERM")
      await exited
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true))
    socket.on("error", () => resolve(false)).on("connect", () => socket.destroy())
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

const mosquitto = spawnSync("mosquitto", ["-h"], { env }).error === undefined
if (!mosquitto && process.env.DORMOUSE_REQUIRE_TOOLS === "1")
  it("mosquitto", () => expect.fail("mosquitto is not installed: apt-get install mosquitto"))

/** Follows the topic over reconnections; what came, by device and seq. */
function listen(port: number) {
  const seen = new Map<string, number>()
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 50 })
  client.on("error", () => {})
  const subscribed = client.subscribeAsync("home/+/readings", { qos: 1 })
  client.on("message", (topic, payload) => {
    const [{ seq }] = JSON.parse(payload.toString())
    const key = `${topic.split("/")[1]} ${seq}`
    seen.set(key, (seen.get(key) ?? 0) + 1)
  })
  return { client, seen, subscribed, end: () => client.endAsync(true) }
}

const keysOf = ({ devices }: TestGateway, count: number) =>
  devices.flatMap(({ address }) => Array.from({ length: count }, (_, i) => `${address} ${i + 1}`))

async function report({ devices }: TestGateway, times: number): Promise<void> {
  for (let i = 0; i < times; i++) for (const device of devices) await device.send(device.sign(1))
}

async function metric(test: TestGateway, name: string): Promise<number> {
  const text = await (await test.get("/metrics")).text()
  return Number(new RegExp(`^dormouse_mqtt_${name} (\\d+)$`, "m").exec(text)?.[1])
}

describe.each([
  ["a broker in the process", startAedes, true],
  ["mosquitto", startMosquitto, mosquitto],
] as const)("%s", (_, start, there) => {
  it.runIf(there)("gets every reading, over its own outage and the gateway's restart", async () => {
    let broker = await start()
    const { port } = broker
    const options = { epochMs: 10_000, api: { mqtt: { url: `mqtt://127.0.0.1:${port}`, topic: "home" } } }
    const listener = listen(port)
    await listener.subscribed
    const test = await new TestGateway().start(options)
    await test.enrol(2)
    await report(test, 3)
    await until(() => listener.seen.size === 6)

    await broker.stop()
    await until(async () => (await metric(test, "connected")) === 0)
    await report(test, 20)
    expect(await metric(test, "behind")).toBe(40)
    expect((await test.get("/health")).status).toBe(200)

    // The gateway goes while the broker is gone: what waits is in its store.
    await test.gateway.close()
    broker = await start(port)
    await until(() => listener.client.connected)
    await listener.client.subscribeAsync("home/+/readings", { qos: 1 })
    await test.start(options)
    await until(() => listener.seen.size === 46)
    expect([...listener.seen.keys()].sort()).toEqual(keysOf(test, 23).sort())
    await until(async () => (await metric(test, "behind")) === 0)
    const access = await test.get(`/api/devices/${test.devices[0]!.address}/access`, test.token("op", "operator"))
    expect(await access.json()).toContainEqual(expect.objectContaining({ who: "mqtt", lastSeq: 23 }))
    await listener.end()
    await test.end()
    await broker.stop()
  })
})

it("takes no nonsense for a broker or a topic, and shows no password", () => {
  expect(mqttTarget("mqtts://user:secret@broker.example:8883", "a/b")).toMatchObject({ broker: "broker.example:8883" })
  for (const url of ["", "broker", "http://broker", "mqtt://", "mqtt:"])
    expect(() => mqttTarget(url)).toThrow(expect.objectContaining({ code: "E_MQTT" }))
  for (const topic of ["", "a/+", "#", "$SYS", "/a", "a/", "a\0"])
    expect(() => mqttTarget("mqtt://broker", topic)).toThrow(expect.objectContaining({ code: "E_MQTT" }))
})
