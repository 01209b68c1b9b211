using Xunit.MicrosoftTestingPlatform;

namespace Unroll.Open.Tests;

/// <summary>Where the program begins: one of several Mains here, which StartupObject names, so it is not left to xunit to make.</summary>
internal static class EntryPoint
{
    private static Task<int> Main(string[] args) =>
        TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
}
