/** The server of `npm start`: a child of the supervisor, with the accounts of demo.json. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { loadConfig } from '../../config/load.ts'
import { openLog } from '../log.ts'
import { assemble } from '../main.ts'
import { type Demo, demoPeople, ensureSecrets, prepareDataDir, type Secrets, writeDemoFile } from './data.ts'
import { readEnvironment } from './environment.ts'
import { giveBack } from './lean.ts'
import { runServer } from './server-process.ts'

z.config(z.locales.zhCN())
const dataDir = resolve(process.env.SANLING_DATA ?? './data/demo')
const log = openLog('server')
let made: { demo: Demo; secrets: Secrets } | undefined

/** The supervisor starts it again at once, with the sources that were added; the collectors see their new key and follow. */
const ANSWER_MS = 500
const restart = () => void setTimeout(() => process.kill(process.pid, 'SIGTERM'), ANSWER_MS)

const run = () =>
  runServer(
    async () => {
      const environment = readEnvironment()
      const config = loadConfig(resolve(process.argv[2] ?? './config'), process.env.SANLING_SERVICES)
      prepareDataDir(dataDir)
      const secrets = ensureSecrets(dataDir, config, true)
      const demo = demoPeople(dataDir, config, process.env.SANLING_OFFICE !== 'off')
      made = { demo, secrets }
      return assemble({ config, dataDir, secrets, environment, log, demo, ...(process.send ? { restart } : {}) })
    },
    ({ url, mqttUrl }) => {
      if (!made) return
      const demo = writeDemoFile(dataDir, made.demo, made.secrets, url, mqttUrl)
      process.send?.({ kind: 'ready', demo })
      giveBack()
      log.info({ url, mqttUrl }, '演示服务已启动')
    },
  )

// warm.ts loads this file without running it.
if (import.meta.main) await run()
