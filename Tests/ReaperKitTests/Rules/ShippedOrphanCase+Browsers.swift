@testable import ReaperKit

/// Browsers under automation.
extension ShippedOrphanCase {
    static let browsers: [ShippedOrphanCase] = [
        .init(
            "browsers.playwright",
            "a browser without its driver",
            .confirmed,
            exe: "/home/u/.cache/ms-playwright/chromium-1140/chrome-linux/chrome",
            args: ["chrome", "--headless", "--remote-debugging-pipe", "--no-startup-window"]
        ),
        .init(
            "browsers.playwright",
            "its driver lives",
            nil,
            exe: "/home/u/.cache/ms-playwright/chromium-1140/chrome-linux/chrome",
            args: ["chrome", "--remote-debugging-pipe"],
            parent: "/usr/bin/node"
        ),
        .init(
            "browsers.playwright",
            "a helper of a browser",
            nil,
            exe: "/home/u/.cache/ms-playwright/chromium-1140/chrome-linux/chrome",
            args: ["chrome", "--type=renderer", "--remote-debugging-pipe"],
            parent: "/home/u/.cache/ms-playwright/chromium-1140/chrome-linux/chrome"
        ),
        .init(
            "browsers.playwright",
            "crashpad, which has no parent on purpose",
            nil,
            exe: "/home/u/.cache/ms-playwright/chromium-1140/chrome-linux/chrome_crashpad_handler",
            args: ["chrome_crashpad_handler", "--monitor-self"]
        ),
        .init(
            "browsers.playwright",
            "a browser that waits on a port",
            nil,
            exe: "/home/u/.cache/ms-playwright/chromium-1140/chrome-linux/chrome",
            args: ["chrome", "--remote-debugging-port=9222"]
        ),
        .init(
            "browsers.puppeteer",
            "a browser without its program",
            .confirmed,
            exe: "/home/u/.cache/puppeteer/chrome/linux-131/chrome-linux64/chrome",
            args: ["chrome", "--headless=new", "--remote-debugging-port=0"]
        ),
        .init(
            "browsers.puppeteer",
            "its program lives",
            nil,
            exe: "/home/u/.cache/puppeteer/chrome/linux-131/chrome-linux64/chrome",
            args: ["chrome", "--headless=new", "--remote-debugging-port=0"],
            parent: "/usr/bin/node"
        ),
        .init(
            "browsers.driver-elsewhere",
            "the system's driver without its program",
            .confirmed,
            exe: "/usr/bin/chromedriver",
            args: ["/usr/bin/chromedriver", "--port=41235"]
        ),
        .init(
            "browsers.driver-elsewhere",
            "its program lives",
            nil,
            exe: "/opt/geckodriver",
            parent: "/usr/bin/python3.12"
        ),
        .init(
            "browsers.driver",
            "a driver without its program",
            .confirmed,
            exe: "/home/u/.cache/selenium/chromedriver/linux64/131.0/chromedriver",
            args: ["chromedriver", "--port=41235"]
        ),
        .init(
            "browsers.driver",
            "its program lives",
            nil,
            exe: "/w/node_modules/chromedriver/lib/chromedriver/chromedriver",
            args: ["chromedriver", "--port=41235"],
            parent: "/usr/bin/python3.12"
        ),
        .init(
            "browsers.webdriver-browser",
            "a browser without its driver",
            .confirmed,
            exe: "/opt/google/chrome/chrome",
            args: ["/opt/google/chrome/chrome", "--enable-automation", "--test-type=webdriver"]
        ),
        .init(
            "browsers.webdriver-browser",
            "its driver lives",
            nil,
            exe: "/opt/google/chrome/chrome",
            args: ["/opt/google/chrome/chrome", "--test-type=webdriver"],
            parent: "/usr/bin/chromedriver"
        ),
        .init(
            "browsers.webdriver-browser",
            "a person's browser",
            nil,
            exe: "/opt/google/chrome/chrome"
        ),
    ]
}
