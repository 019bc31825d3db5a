import assert from "node:assert/strict";
import { test } from "node:test";
import { appOf, deviceOf, intentOf, lackOf } from "./browsers";

const IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UQ1A; wv) AppleWebKit/537.36 (KHTML, like Gecko)";
const CHROME = "Version/4.0 Chrome/124.0.6367.82 Mobile Safari/537.36";

test("apps with a browser of their own are known by name", () => {
  const agents: Record<string, string> = {
    [`${IOS} Mobile/21E236 [FBAN/FBIOS;FBAV/460.0.0;FBDV/iPhone14,2]`]: "Facebook",
    [`${ANDROID} ${CHROME} [FB_IAB/FB4A;FBAV/460.0.0.32.109;]`]: "Facebook",
    [`${IOS} Mobile/15E148 [FBAN/MessengerForiOS;FBAV/450.0]`]: "Messenger",
    [`${ANDROID} ${CHROME} [FB_IAB/Orca-Android;FBAV/451.0;]`]: "Messenger",
    [`${IOS} Mobile/21E236 Instagram 325.0.3.34.91 (iPhone14,5; iOS 17_4)`]: "Instagram",
    [`${ANDROID} ${CHROME} Instagram 326.0.0.42.90 Android`]: "Instagram",
    [`${ANDROID} ${CHROME} WhatsApp/2.24.8.78 A`]: "WhatsApp",
    [`${IOS} Mobile/21E236 musical_ly_33.9.0 BytedanceWebview/d8a21c6`]: "TikTok",
    [`${ANDROID} ${CHROME} trill_330902 TikTok`]: "TikTok",
    [`${IOS} Mobile/15E148 Safari Line/14.5.0`]: "LINE",
    [`${ANDROID} ${CHROME} MicroMessenger/8.0.49.2600(0x28003133)`]: "WeChat",
    [`${IOS} Mobile/15E148 KAKAOTALK 10.7.5`]: "KakaoTalk",
    [`${IOS} Version/17.4 Mobile/15E148 Safari/604.1 GSA/311.0.6`]: "Google",
    [`${IOS} Mobile/15E148 Snapchat/12.83.0.35`]: "Snapchat",
    [`${IOS} Mobile/15E148 Twitter for iPhone/10.36`]: "X",
    [`${ANDROID} ${CHROME} TwitterAndroid`]: "X",
    [`${IOS} Mobile/15E148 [LinkedInApp]/9.29`]: "LinkedIn",
    [`${ANDROID} ${CHROME} Gmail/2024.04`]: "Gmail",
    [`${IOS} Mobile/15E148 Outlook-iOS/2.0`]: "Outlook",
  };
  for (const [agent, app] of Object.entries(agents)) assert.equal(appOf(agent), app, agent);
});

test("an app that does not give its name is an app, and a browser is none", () => {
  assert.equal(appOf(`${ANDROID} ${CHROME}`), "");
  assert.equal(appOf(`${IOS} Mobile/15E148`), "");
  const browsers = [
    `${IOS} Version/17.4 Mobile/15E148 Safari/604.1`,
    `${IOS} CriOS/124.0 Mobile/15E148 Safari/604.1`,
    `${IOS} FxiOS/125.0 Mobile/15E148 Safari/605.1.15`,
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 13; SM-S911B) AppleWebKit/537.36 SamsungBrowser/24.0 Chrome/117.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 Edg/124.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
  ];
  for (const agent of browsers) assert.equal(appOf(agent), null, agent);
});

test("whether the page is secure decides what is missing", () => {
  const all = { secure: true, devices: true, connections: true };
  assert.equal(lackOf(all), "");
  assert.equal(lackOf({ ...all, devices: false }), "unsupported");
  assert.equal(lackOf({ ...all, connections: false }), "unsupported");
  assert.equal(lackOf({ ...all, secure: false, devices: false }), "insecure");
  assert.equal(lackOf({ ...all, secure: false }), "", "an exception was made for this address");
});

test("an intent leads to the same page, and never carries what follows the hash", () => {
  const intent = intentOf("https://clinic.example/visit/vis_1?door=a#secret");
  assert.ok(intent.startsWith("intent://clinic.example/visit/vis_1?door=a#Intent;scheme=https;"));
  assert.ok(!intent.includes("secret"));
  assert.ok(intent.endsWith(";end"));
  assert.ok(intentOf("http://localhost:8000/r/a").includes("//localhost:8000/r/a#Intent;scheme=http;"));
});

test("phones are told from computers", () => {
  assert.equal(deviceOf(IOS), "ios");
  assert.equal(deviceOf(ANDROID), "android");
  assert.equal(deviceOf("Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0 Safari/537.36"), "computer");
});
