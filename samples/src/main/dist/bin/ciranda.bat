@echo off
rem Starts the ciranda command line on a Java of version 25 or newer: JAVA_HOME, java on the path, the usual folders.
rem CIRANDA_OPTS: further options of the JVM, for instance -Xmx8g
setlocal EnableExtensions DisableDelayedExpansion
set "NEEDED=25"
set "FOUND="

if defined JAVA_HOME call :consider "%JAVA_HOME%\bin\java.exe"
if not defined FOUND for %%j in (java.exe) do call :consider "%%~$PATH:j"
for %%r in ("%ProgramFiles%\Eclipse Adoptium" "%ProgramFiles%\Java" "%ProgramFiles%\Microsoft" "%ProgramFiles%\Zulu" "%ProgramFiles%\Amazon Corretto" "%USERPROFILE%\.jdks") do (
  if exist %%r for /d %%d in ("%%~r\*") do if not defined FOUND call :consider "%%~d\bin\java.exe"
)
if not defined FOUND (
  echo ciranda: no Java %NEEDED% or newer found in JAVA_HOME, on the path or in the usual folders. 1>&2
  echo Install a JDK %NEEDED% from https://adoptium.net and, where it lies elsewhere, type: set JAVA_HOME=C:\path\to\jdk-25 1>&2
  exit /b 1
)
"%FOUND%" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Djava.awt.headless=true %CIRANDA_OPTS% -cp "%~dp0..\lib\*" io.ciranda.samples.Ciranda %*
exit /b %ERRORLEVEL%

:consider
if "%~1"=="" exit /b
if not exist "%~1" exit /b
rem `call` in front: cmd strips the first and the last quote of a command that starts with one.
for /f "tokens=3" %%v in ('call "%~1" -version 2^>^&1 ^| findstr /i version') do for /f "delims=.-+ " %%m in ("%%~v") do if %%m GEQ %NEEDED% set "FOUND=%~1"
exit /b
