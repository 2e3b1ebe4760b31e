/** What the wake cycle makes of a link: its duty cycle, its quality, mail that needs more than one exchange. */
import { expect, test } from "vitest"
import type { Link } from "../ports.ts"
import { Life } from "./life.ts"

/** Lives on links that have these properties, too. */
function withLink(life: Life, more: (link: Link) => Partial<Link>): void {
  const boardOf = life.device.board.bind(life.device)
  life.device.board = (reason) => {
    const board = boardOf(reason)
    return {
      ...board,
      openLink(remembered) {
        const link = board.openLink(remembered)
        return Object.assign(link, more(link))
      },
    }
  }
}

test("a link that has used up its air is not sent on, which is no miss; later everything goes out", async () => {
  const life = new Life({ batch: 1, samples: 8, epochMs: 60_000 })
  await life.run(6)
  let idleUntil = life.device.now + 150_000_000
  let sentWhileIdle = 0
  withLink(life, (link) => {
    const { exchange } = link
    return {
      idleUntil,
      exchange: (message) => {
        if (life.device.now < idleUntil) sentWhileIdle++
        return exchange(message)
      },
    }
  })
  const before = life.traces("asleep").length
  while (life.device.now < idleUntil) await life.wake()
  expect(life.traces("sample").length).toBeGreaterThan(2)
  const waits = life.traces("asleep").slice(before, -1)
  expect(waits.length).toBeGreaterThan(0)
  expect(waits.every(({ misses }) => misses === 0)).toBe(true)
  expect(waits.at(-1)!.unsent as number).toBeGreaterThan(0)
  expect(sentWhileIdle).toBe(0)
  idleUntil = 0
  await life.settle(30)
  expect(life.gateway.held.size).toBe(8)
})

test("an exchange that uses up the air is not repeated", async () => {
  const life = new Life({ batch: 1, samples: 4, carries: (n) => ({ up: n < 6, down: n < 6 }) })
  withLink(life, (link) => {
    const { exchange } = link
    const limited: Partial<Link> & { idleUntil: number } = { idleUntil: 0 }
    return Object.assign(limited, {
      exchange(this: Link, message: Parameters<Link["exchange"]>[0]) {
        Object.assign(this, { idleUntil: life.device.now + 3_000_000 })
        return exchange(message)
      },
    })
  })
  await life.run(12)
  for (const wake of wakesOf(life)) expect(wake.filter((e) => e === "sent").length).toBeLessThan(2)
})

test("the quality of the last answer is traced", async () => {
  const life = new Life({ batch: 1, samples: 1 })
  withLink(life, () => ({ quality: { rssi: -71, lqi: 200 } }))
  await life.run(3)
  expect(life.traces("quality")[0]).toEqual({ e: "quality", link: "wifi", rssi: -71, lqi: 200 })
})

test("mail that did not fit comes in the same wake, in so many exchanges at most", async () => {
  const life = new Life({ batch: 1, samples: 4 })
  await life.run(4)
  for (let number = 1; number <= 11; number++) life.gateway.mail.push({ number, type: 99, payload: null })
  const before = life.traces("mail").length
  const wakes: number[] = []
  for (let i = 0; i < 6 && life.traces("mail").length < before + 11; i++) {
    const read = life.traces("mail").length
    await life.wake()
    wakes.push(life.traces("mail").length - read)
  }
  // two a message, four exchanges a wake
  expect(wakes.filter((count) => count > 0)).toEqual([8, 3])
  expect(life.traces("mail").map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  expect(life.errors).toEqual([])
})

function wakesOf(life: Life): string[][] {
  const wakes: string[][] = []
  for (const { e } of life.device.traces) {
    if (e === "boot") wakes.push([])
    wakes.at(-1)?.push(e)
  }
  return wakes
}
