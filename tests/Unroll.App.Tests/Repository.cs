namespace Unroll.App.Tests;

/// <summary>The folder that holds Unroll.slnx.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Unroll.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"There is no Unroll.slnx above {AppContext.BaseDirectory}.");
    }
}
