using System.ComponentModel;
using System.Diagnostics;

namespace Unroll.Cli;

/// <summary>The browser of whoever sits at this machine.</summary>
internal static class Browser
{
    /// <summary>
    /// Opens a page where somebody sits at a desktop: the output is a terminal, the session is not remote, and on Linux there is a
    /// display. Elsewhere, and where it does not work, nothing happens: the address was printed.
    /// </summary>
    public static void Open(string address)
    {
        if (!IsDesktop)
            return;
        try
        {
            var start = OperatingSystem.IsWindows() ? new ProcessStartInfo(address) { UseShellExecute = true }
                : new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [address])
                {
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                };
            using Process? process = Process.Start(start);
        }
        catch (Exception failure) when (failure is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            // The address can be opened by hand.
        }
    }

    private static bool IsDesktop => !Console.IsOutputRedirected && Environment.UserInteractive && !Has("SSH_CONNECTION") && !Has("CI")
        && (!OperatingSystem.IsLinux() || Has("DISPLAY") || Has("WAYLAND_DISPLAY"));

    private static bool Has(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 };
}
