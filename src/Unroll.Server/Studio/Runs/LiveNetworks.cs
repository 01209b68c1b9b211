namespace Unroll.Server;

/// <summary>The networks of a run that trains, as they are after their newest epochs; none before and after.</summary>
internal sealed class LiveNetworks
{
    public void End()
    {
    }
}
