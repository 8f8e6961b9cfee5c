import './ui/theme.ts'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import App from './App.vue'
import { deskRoutes } from './desk/routes.ts'

const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/wall', component: () => import('./wall/WallPage.vue'), meta: { title: '大屏' } },
    {
      path: '/wall/calibrate',
      component: () => import('./wall/calibration/CalibrationPage.vue'),
      meta: { title: '大屏校准' },
    },
    { path: '/checkin', component: () => import('./checkin/CheckInPage.vue'), meta: { title: '巡查打点' } },
    { path: '/checkin/display', component: () => import('./checkin/DisplayPage.vue'), meta: { title: '点位显示屏' } },
    {
      path: '/public/documents',
      component: () => import('./openness/PublicDocuments.vue'),
      meta: { title: '公开的法律文书' },
    },
    { path: '/mediate', component: () => import('./mediate/MediatePage.vue'), meta: { title: '在线调解' } },
    {
      path: '/window/:page(filing|progress|case|lawyer|statistics)?',
      component: () => import('./window/WindowPage.vue'),
      meta: { title: '12309 窗口' },
    },
    ...deskRoutes,
    { path: '/:rest(.*)*', redirect: '/wall' },
  ],
})

createApp(App).use(createPinia()).use(router).mount('#app')
