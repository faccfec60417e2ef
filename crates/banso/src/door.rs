//! The address that the server answers at: the one asked for, or the next free one from 8080, said clearly.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};

/// Tried in order when no port was asked for.
const USUAL: std::ops::Range<u16> = 8080..8100;

/// An open door, and whether it is the usual one.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) listener: TcpListener,
    pub(crate) address: SocketAddr,
    /// The usual port was taken by another program.
    pub(crate) moved: bool,
}

/// Why no address could be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DoorError {
    #[error(
        "ポート {0} は別のプログラムが使っています。--port で別の番号を指定してください（0 なら空き番号）。\n\
         Port {0} is taken by another program. Choose another with --port (0 takes any free one)."
    )]
    Taken(u16),
    #[error("{ip} ポート {port} で待ち受けられません: {cause}\nCannot listen on {ip} port {port}: {cause}")]
    Refused { ip: IpAddr, port: u16, cause: io::Error },
}

/// Opens the port asked for, or the first free one of the usual ones.
pub(crate) fn open(ip: IpAddr, asked: Option<u16>) -> Result<Door, DoorError> {
    if let Some(port) = asked {
        return at(ip, port, false);
    }
    for port in USUAL {
        match at(ip, port, port != USUAL.start) {
            Err(DoorError::Taken(_)) => {}
            settled => return settled,
        }
    }
    at(ip, 0, true)
}

fn at(ip: IpAddr, port: u16, moved: bool) -> Result<Door, DoorError> {
    let opened = TcpListener::bind((ip, port)).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(Door { address: listener.local_addr()?, listener, moved })
    });
    opened.map_err(|cause| {
        let taken = cause.kind() == io::ErrorKind::AddrInUse;
        if taken { DoorError::Taken(port) } else { DoorError::Refused { ip, port, cause } }
    })
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn a_taken_port_is_said_and_the_usual_one_gives_way() {
        let first = open(LOOPBACK, Some(0)).unwrap();
        assert!(matches!(open(LOOPBACK, Some(first.address.port())), Err(DoorError::Taken(_))));
        let (a, b) = (open(LOOPBACK, None).unwrap(), open(LOOPBACK, None).unwrap());
        assert_ne!(a.address, b.address);
        assert!(b.moved);
    }
}
