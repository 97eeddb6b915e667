namespace BestOf;

/// <summary>Three ways to a round trip.</summary>
internal static class Tours
{
    public static double Length(Place[] places, int[] tour) =>
        Enumerable.Range(0, tour.Length).Sum(i => places[tour[i]].DistanceTo(places[tour[(i + 1) % tour.Length]]));

    /// <summary>Always goes to the nearest place that is left.</summary>
    public static int[] NearestNeighbour(Place[] places)
    {
        var left = Enumerable.Range(1, places.Length - 1).ToHashSet();
        var tour = new List<int> { 0 };
        while (left.Count > 0)
        {
            var next = left.MinBy(place => places[tour[^1]].DistanceTo(places[place]));
            left.Remove(next);
            tour.Add(next);
        }

        return [.. tour];
    }

    /// <summary>Puts each place where it makes the tour the least longer.</summary>
    public static int[] Insertion(Place[] places)
    {
        var tour = new List<int> { 0, 1 };
        for (var place = 2; place < places.Length; place++)
        {
            var where = Enumerable.Range(0, tour.Count).MinBy(i => Detour(places, tour[i], place, tour[(i + 1) % tour.Count]));
            tour.Insert(where + 1, place);
        }

        return [.. tour];
    }

    /// <summary>Turns parts of a tour around as long as that makes it shorter.</summary>
    public static int[] Untangle(Place[] places, int[] start)
    {
        int[] tour = [.. start];
        for (var improved = true; improved;)
        {
            improved = false;
            for (var i = 1; i < tour.Length - 1; i++)
            {
                for (var j = i + 1; j < tour.Length; j++)
                {
                    int[] turned = [.. tour[..i], .. tour[i..(j + 1)].Reverse(), .. tour[(j + 1)..]];
                    if (Length(places, turned) < Length(places, tour) - 1e-9)
                    {
                        tour = turned;
                        improved = true;
                    }
                }
            }
        }

        return tour;
    }

    private static double Detour(Place[] places, int from, int by, int to) =>
        places[from].DistanceTo(places[by]) + places[by].DistanceTo(places[to]) - places[from].DistanceTo(places[to]);
}
