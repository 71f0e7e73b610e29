// Runs drizzle's own migrator; its arguments: <driver> <connection as JSON> <folder> <schema>
const [driver, connection, migrationsFolder, migrationsSchema] = process.argv.slice(1)
const { drizzle } = await import(`drizzle-orm/${driver}`)
const { migrate } = await import(`drizzle-orm/${driver}/migrator`)
const options = JSON.parse(connection)
let client
if (driver === 'postgres-js') {
    const { default: postgres } = await import('postgres')
    client = postgres({ ...options, max: 1, onnotice: () => {} })
} else {
    const { default: pg } = await import('pg')
    client = new pg.Pool({ ...options, max: 1 })
}
try {
    await migrate(drizzle({ client }), { migrationsFolder, migrationsSchema })
} finally {
    await client.end()
}
