using Unroll.Server.Tests.Serving;
using Xunit;

namespace Unroll.Server.Tests;

public class FolderLockTests
{
    [Fact]
    public async Task A_second_studio_on_the_same_folder_is_refused()
    {
        await using StudioHost first = await StudioHost.StartAsync();
        UnrollException refused = await Assert.ThrowsAsync<UnrollException>(() => StudioHost.StartAsync(first.Folder));
        Assert.Contains("Another server keeps its files in", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_server_with_the_same_states_is_refused_until_the_first_has_ended()
    {
        Model model = ServedFolder.Gru();
        await using ServedFolder first = await ServedFolder.StartAsync(model), second = await ServedFolder.StartAsync(model);
        string states = Path.Combine(first.Path, "states");
        await first.StartAsync(options => options with { StateFolder = states });
        UnrollException refused = await Assert.ThrowsAsync<UnrollException>(
            () => second.StartAsync(options => options with { StateFolder = states }));
        Assert.Contains("Another server keeps its files in", refused.Message, StringComparison.Ordinal);
        first.Sequences.Dispose();
        await second.StartAsync(options => options with { StateFolder = states });
    }
}
