@echo off
rem VS Code puts this folder on the PATH of its terminals; NUKE_RENDER_RUNTIME is then its own runtime.
setlocal
set ELECTRON_RUN_AS_NODE=1
if not defined NUKE_RENDER_RUNTIME set NUKE_RENDER_RUNTIME=node
"%NUKE_RENDER_RUNTIME%" "%~dp0..\out\cli.mjs" %*
