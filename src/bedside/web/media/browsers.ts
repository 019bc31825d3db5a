/** What a browser can do in a call and, if it is the one inside another app, the way out of it. */

export type Lack = "" | "insecure" | "unsupported";

export interface Surroundings {
  /** `isSecureContext`. */
  secure: boolean;
  /** Whether `navigator.mediaDevices` can open a camera. */
  devices: boolean;
  /** Whether there is an RTCPeerConnection. */
  connections: boolean;
}

/** What this page can do. */
export function surroundings(): Surroundings {
  return {
    secure: window.isSecureContext,
    devices: typeof navigator.mediaDevices?.getUserMedia === "function",
    connections: typeof RTCPeerConnection === "function",
  };
}

/** Why no call is possible here; "" if one is. Browsers hide the camera on insecure pages only. */
export function lackOf({ secure, devices, connections }: Surroundings): Lack {
  if (devices && connections) return "";
  return secure ? "unsupported" : "insecure";
}

/** Apps that open links by themselves, by what they add to the name of the browser. */
const APPS: readonly [RegExp, string][] = [
  [/FBAN\/Messenger|Messenger(?:Lite)?ForiOS|Orca-Android|FB_IAB\/(?:Orca|MESSENGER)/i, "Messenger"],
  [/Instagram/i, "Instagram"],
  [/FBAN|FBAV|FB_IAB|FBIOS/, "Facebook"],
  [/WhatsApp/i, "WhatsApp"],
  [/musical_ly|BytedanceWebview|TikTok|trill_/i, "TikTok"],
  [/MicroMessenger/i, "WeChat"],
  [/\bLine\//i, "LINE"],
  [/KAKAOTALK/i, "KakaoTalk"],
  [/Snapchat/i, "Snapchat"],
  [/Twitter(?:Android| for )/i, "X"],
  [/LinkedInApp/i, "LinkedIn"],
  [/Pinterest\//i, "Pinterest"],
  [/Telegram/i, "Telegram"],
  [/Viber/i, "Viber"],
  [/Gmail/i, "Gmail"],
  [/\bGSA\//, "Google"],
  [/Outlook|OutlookMobile/i, "Outlook"],
  [/YahooMobile(?:Mail|Messenger)?|YMail/i, "Yahoo Mail"],
  [/\bTeams(?:Mobile)?\b/i, "Teams"],
  [/\bSlack/i, "Slack"],
  [/\bDiscord/i, "Discord"],
  [/VKAndroidApp|vkclient/i, "VK"],
  [/\bQQ\//, "QQ"],
  [/AlipayClient/i, "Alipay"],
];

/** The app in which a page is open; “an app” without a name is "", and null is a browser. */
export function appOf(agent: string): string | null {
  for (const [pattern, name] of APPS) if (pattern.test(agent)) return name;
  const isAndroidView = /Android/.test(agent) && (/;\s*wv\)/.test(agent) || /Version\/[\d.]+ Chrome\//.test(agent));
  const isIosView = /iPhone|iPad|iPod/.test(agent) && /AppleWebKit/.test(agent) && !/Safari\//.test(agent);
  return isAndroidView || isIosView ? "" : null;
}

/** The kind of device, as far as the way to another browser differs. */
export function deviceOf(agent: string): "android" | "ios" | "computer" {
  if (/iPhone|iPad|iPod/.test(agent)) return "ios";
  return /Android/.test(agent) ? "android" : "computer";
}

/** An address that Android opens in the browser of the phone, whatever app it is tapped in. */
export function intentOf(address: string): string {
  const url = new URL(address);
  const rest = address.slice(url.protocol.length + 2).split("#")[0] ?? "";
  const back = encodeURIComponent(address.split("#")[0] ?? "");
  return `intent://${rest}#Intent;scheme=${url.protocol.slice(0, -1)};action=android.intent.action.VIEW;S.browser_fallback_url=${back};end`;
}
