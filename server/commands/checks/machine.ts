import { systemClock } from '../../clock.ts'
import { certificatesOf, judgeCertificate } from '../../upkeep/certificates.ts'
import { type Check, fail, ok } from './check.ts'
import { configOf } from './config.ts'

export const runtimeCheck: Check = {
  subject: '运行环境',
  look: async () => {
    const major = Number(process.versions.node.split('.')[0])
    return [
      major >= 26
        ? ok(`Node ${process.versions.node}`)
        : fail(`Node ${process.versions.node} 过旧`, '用 npm run doctor 运行（npm 会用随包安装的 Node 26）'),
    ]
  },
}

export const certificateCheck: Check = {
  subject: '证书',
  look: async (place) => {
    const services = configOf(place)?.services
    if (!services) return []
    const found = certificatesOf(services).map((one) => judgeCertificate(one, systemClock.now()))
    return found.length > 0 ? found : [ok('没有配置证书（网页、消息代理、单位目录均未用 TLS）')]
  },
}
