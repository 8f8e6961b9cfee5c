/**
 * Real services for the tests: Mosquitto, influxd, PostgreSQL and Redis from Debian packages, each on a free loopback
 * port with its own temporary folder. They end with `stop()`, and with the test process whatever happens.
 */
export { type Clamd, startClamd, TEST_SIGNATURE } from './services/clamd.ts'
export { startInflux } from './services/influx.ts'
export { startMariaDb } from './services/mariadb.ts'
export { startMosquitto } from './services/mosquitto.ts'
export { startPostgres } from './services/postgres.ts'
export { freePort, type Service, temporaryFolder } from './services/process.ts'
export { startRedis } from './services/redis.ts'
export { type DirectoryService, startSlapd } from './services/slapd.ts'
