import { createApp } from 'vue'
import { browserApi } from './api/api'
import { apiKey } from './composables/use-api'
import DocsView from './views/docs/DocsView.vue'
import './styles/base.css'

/** Mounts the API documentation. It needs no sign-in; it uses the session of this tab where there is one. */
export function startDocs(): void {
  document.title = 'Docs · Larder'
  createApp(DocsView).provide(apiKey, browserApi()).mount('#app')
}
