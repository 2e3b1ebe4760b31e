import type { Store } from "../store/store.ts"

/** For `/health`: what nobody but an operator can explain. `undefined`: nothing. */
export function alarmOf(store: Pick<Store, "alarms">): { code: "E_ALARM"; message: string } | undefined {
  const { witness, receipts } = store.alarms.counts()
  if (witness + receipts === 0) return undefined
  const said = `${witness} signed statements of devices contradict the chain, ${receipts} devices hold receipts beyond it`
  return { code: "E_ALARM", message: `${said}: see "dormouse alarms".` }
}
