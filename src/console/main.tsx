import { render } from 'preact'
import { App } from './app.tsx'
import { startRouter } from './router.ts'
import { loadServices } from './service-colors.ts'
import { loadSettings } from './settings.ts'

startRouter()
void loadSettings()
void loadServices()
const root = document.getElementById('app')
if (root !== null) render(<App />, root)
