import assert from "node:assert/strict";
import { test } from "node:test";
import { isNetworkPath } from "../../../../src/plan/text/network-path.ts";

test("paths behind which another machine may stand", () => {
  const everywhere = [
    "\\\\server\\share\\a.exr",
    "//server/share",
    "\\/server/x",
    "\\\\?\\UNC\\server\\x",
    "//",
  ];
  for (const platform of ["linux", "darwin", "win32"])
    for (const path of everywhere) assert.ok(isNetworkPath(path, { platform }), `${platform} ${path}`);
  const posix = [
    "/net",
    "/net/host/x",
    "/Network/Servers/x",
    "/NET/x",
    "/afs/cell",
    "/misc/x",
    "/run/user/1000/gvfs/smb-share",
  ];
  for (const path of [...posix, "/System/Volumes/Data/Network/x", "/home/me/.gvfs/x"]) {
    assert.ok(isNetworkPath(path, { platform: "linux" }), path);
    assert.ok(isNetworkPath(path, { platform: "darwin" }), path);
  }
  assert.ok(isNetworkPath("/home/other", { platform: "darwin" }));
  assert.ok(isNetworkPath("/shows/a/x", { platform: "linux", automounts: ["/shows"] }));
});

test("paths of this machine", () => {
  for (const path of [
    "/",
    "/home/me/x",
    "/nets/x",
    "/mnt/net/x",
    "/tmp//net",
    "/network.txt",
    "relative/net",
    "/showsroom",
  ])
    assert.ok(!isNetworkPath(path, { platform: "linux", automounts: ["/shows"] }), path);
  for (const path of ["C:\\net\\x", "C:/x//y", "/net/x"])
    assert.ok(!isNetworkPath(path, { platform: "win32" }), path);
});
