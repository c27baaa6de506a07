import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config import places


def test_data_are_kept_in_the_project(tmp_path: Path) -> None:
    assert places.data_folder(tmp_path, {}, is_root=False) == tmp_path / ".data"
    assert places.data_folder(Path("/opt/switchyard"), {}, is_root=True) == Path("/opt/switchyard/.data")


def test_a_named_folder_goes_first(tmp_path: Path) -> None:
    assert places.data_folder(tmp_path, {"SWITCHYARD_DATA": "/srv/leads"}, is_root=True) == Path("/srv/leads")


def test_a_project_in_roots_closed_home_has_its_data_outside_each_its_own(tmp_path: Path) -> None:
    home = tmp_path / "root"
    (home / "one" / "switchyard").mkdir(parents=True)
    (home / "two" / "switchyard").mkdir(parents=True)
    home.chmod(0o700)

    one = places.data_folder(home / "one" / "switchyard", {}, is_root=True)
    two = places.data_folder(home / "two" / "switchyard", {}, is_root=True)

    assert one.parent == Path("/var/lib/switchyard")
    assert one != two


def test_sockets_lie_beside_the_data_if_their_path_fits(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100)

    assert places.socket_folder(Path("/srv/leads")) == Path("/srv/leads/run")
    assert places.socket_folder(deep).parent == Path("/tmp")
    assert len(f"{places.socket_folder(deep)}/.s.PGSQL.5432.lock") < 108


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    data = tmp_path / "data"

    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: places.secret_key(data, {}), range(32)))

    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    assert stat.S_IMODE((data / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in data.iterdir()] == ["secret_key"]


def test_a_given_secret_key_leaves_no_file(tmp_path: Path) -> None:
    assert places.secret_key(tmp_path, {"SECRET_KEY": "given"}) == "given"
    assert not list(tmp_path.iterdir())
