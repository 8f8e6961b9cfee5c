/** `npm run serve -- --config DIR`: production. No simulator, no demo accounts. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { loadConfig } from '../../config/load.ts'
import { openLog } from '../log.ts'
import { assemble } from '../main.ts'
import { prepareDataDir, readSecrets } from './data.ts'
import { readEnvironment } from './environment.ts'
import { runServer } from './server-process.ts'

z.config(z.locales.zhCN())
const { values } = parseArgs({ options: { config: { type: 'string', default: './config' } } })
const log = openLog('server')

await runServer(
  async () => {
    const environment = readEnvironment()
    const config = loadConfig(resolve(values.config), process.env.SANLING_SERVICES)
    const dataDir = environment.dataDir ?? resolve('./data/server')
    prepareDataDir(dataDir)
    const secrets = readSecrets(dataDir)
    if (!secrets?.['cookie.1'])
      throw new Error(`数据目录 ${dataDir} 还没有密钥，请先运行：npm run admin -- init --config ${values.config}`)
    return assemble({ config, dataDir, secrets, environment, log })
  },
  ({ url, mqttUrl }) => log.info({ url, mqttUrl }, '服务已启动'),
)
